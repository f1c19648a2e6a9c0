"""What Paraaf reads out of PDF files, which strangers may have made."""
