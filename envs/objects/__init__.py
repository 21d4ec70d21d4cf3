"""The catalogue of loose things: instances of categories, sized and weighted like the real ones."""
