"""Which class is this picture? Import from the files: `metrics` works without torch, and so this page stays empty."""
