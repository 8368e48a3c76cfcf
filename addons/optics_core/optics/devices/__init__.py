"""Files of refraction devices as measurements: :func:`.file.read_device_file` is the door.

One module a dialect holds the table of its fields; :mod:`.reading` reads by these tables.
"""
