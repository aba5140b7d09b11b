"""Rows, arrays and files of each stage of the made-up audit; as many of each as a real one has.

The numbers of rows a unit, an image or a class were read off audits of ImageNet's photographs.
"""
