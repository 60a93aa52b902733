"""What the page Data shows: faults and copies, the balance of classes, augmentation of one picture."""
