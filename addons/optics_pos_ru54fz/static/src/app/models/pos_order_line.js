import { patch } from "@web/core/utils/patch";
import { PosOrderline } from "@point_of_sale/app/models/pos_order_line";

patch(PosOrderline.prototype, {
    setQuantity() {
        const refusal = super.setQuantity(...arguments);
        this.giveBackWhatIsLeft();
        return refusal;
    },

    /**
     * Price this return so that it gives back what is left of its sale, when it takes the last of
     * it: parts that are rounded each by itself come to some kopecks more or less than the whole.
     */
    giveBackWhatIsLeft() {
        const sold = this.refunded_orderline_id;
        if (!sold || !this.config._fiscal_till) {
            return;
        }
        if (this.uiState.takesWhatIsLeft) {
            Object.assign(this, { price_unit: sold.price_unit, discount: sold.discount });
            this.uiState.takesWhatIsLeft = false;
        }
        const isPricedAsSold =
            this.price_unit === sold.price_unit && this.discount === sold.discount;
        const left = isPricedAsSold && this.leftByRounding(sold);
        if (left) {
            Object.assign(this, { price_unit: left / Math.abs(this.qty), discount: 0 });
            this.uiState.takesWhatIsLeft = Math.abs(this.amountOfReturn - left) < 0.001;
        }
        if (left && !this.uiState.takesWhatIsLeft) {
            // Taxes beside the price: the server tells the amount.
            Object.assign(this, { price_unit: sold.price_unit, discount: sold.discount });
        }
    },

    /** What is left of `sold` for its last part, where only rounding makes it another amount. */
    leftByRounding(sold) {
        const others = sold.refund_orderline_ids.filter(
            (line) => line.uuid !== this.uuid && line.order_id?.state !== "cancel"
        );
        const quantity = Math.abs(this.qty);
        const taken = others.reduce((sum, line) => sum + Math.abs(line.qty), quantity);
        if (!others.length || !quantity || Math.abs(sold.qty - taken) > 1e-6) {
            return 0;
        }
        const given = others.reduce((sum, line) => sum + line.amountOfReturn, 0);
        const left = this.currency.round(sold.amountOfReturn - given);
        const difference = Math.abs(left - this.amountOfReturn);
        // A larger difference is no rounding: somebody has given a part back for less.
        const most = 0.01 * (others.length + 1) * Math.max(quantity, 1);
        return difference > 0.001 && difference < most + 0.001 ? left : 0;
    },

    /** Roubles of this line, VAT included, without a sign. */
    get amountOfReturn() {
        const isStored = typeof this.id === "number";
        return Math.abs(isStored ? this.price_subtotal_incl : this.priceIncl);
    },
});
