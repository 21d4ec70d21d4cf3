"""The rooms: shells, layouts and styles, assembled from pieces into scenes."""
