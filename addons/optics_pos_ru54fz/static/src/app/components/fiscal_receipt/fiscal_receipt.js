import { Component } from "@odoo/owl";
import { generateQRCodeDataUrl } from "@point_of_sale/utils";

/**
 * The signed receipt of an order, for screen and paper: Russian whatever the cashier's language, and
 * of what was signed (see receipt_print.py) and the cash that was handed over.
 */
export class FiscalReceipt extends Component {
    static template = "optics_pos_ru54fz.FiscalReceipt";
    static props = { order: Object };

    /** Roubles as the receipt has them: see receipt_print.py. */
    money(roubles) {
        const format = { minimumFractionDigits: 2, maximumFractionDigits: 2 };
        return roubles.toLocaleString("ru-RU", format).replace(/\s/g, " ");
    }

    get qrCode() {
        return generateQRCodeDataUrl(this.props.order.fiscal_receipt.qr, { width: 200, height: 200 });
    }
}
