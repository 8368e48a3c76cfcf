from . import ofd_mock_receipt, ofd_mock_state
