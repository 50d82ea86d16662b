"""What the tasks give whose results are images: of words, of images in other colours, and of a subject's four sides."""
