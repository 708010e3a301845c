from circle_a import handler
thing = 1
