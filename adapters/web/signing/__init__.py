"""The signing page: read the documents, draw a signature, approve or reject, in a browser and on a telephone first."""
