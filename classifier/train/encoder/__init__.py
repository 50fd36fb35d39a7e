"""Fine-tune a teacher, distil it into a few layers, export it: needs the `train` extra (torch)."""
