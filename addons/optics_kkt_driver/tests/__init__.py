from . import test_fiscal_document
