from . import (
    test_demo_shop,
    test_frontend,
    test_pos_config,
    test_pos_order,
    test_pos_order_guard,
    test_pos_order_unsigned,
    test_pos_session,
    test_pos_session_cash,
    test_prepayment,
    test_receipt,
    test_setup_step,
    test_words_of_ours,
)
