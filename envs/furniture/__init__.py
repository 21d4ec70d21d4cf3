"""Furniture and appliances: each piece a body of its own whose pose a layout decides."""
