//! Jupyter's own format, nbformat 4.5.
