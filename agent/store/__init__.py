"""What is kept between rounds."""
