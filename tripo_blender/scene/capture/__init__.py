"""From what the artist picked to the image file that is sent."""
