"""What a trained run was measured to be, read from the files of its folder, and shown."""
