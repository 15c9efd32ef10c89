"""What we know about a customer and their people: handing it out, and forgetting it."""
