"""What people see: real browsers before a served workspace."""
