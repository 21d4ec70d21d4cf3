"""Scenes, built with MjSpec from primitives and procedural meshes: no downloads, no asset files."""
