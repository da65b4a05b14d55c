"""What runs when and where: catalogue, warm worker, dispatcher, platform."""
