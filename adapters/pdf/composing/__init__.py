"""Looking into a PDF that is to be signed, and finding where each signer signs."""
