"""What the user reads: each sentence by its key and parameters, and its English template by the key."""
