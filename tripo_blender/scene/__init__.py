"""The artist's data, in and out: captures images, brings models in, keeps and exports them; no UI."""
