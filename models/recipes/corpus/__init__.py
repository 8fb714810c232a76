"""What Pocket is trained on: made-up documents of many kinds, real English from Debian, and questions about both."""
