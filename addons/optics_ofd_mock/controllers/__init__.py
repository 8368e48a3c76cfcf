from . import ofd
