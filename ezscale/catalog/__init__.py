"""What is for sale: plans, prices, coupons."""
