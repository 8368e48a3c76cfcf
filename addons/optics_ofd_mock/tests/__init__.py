from . import test_assets, test_door, test_store
