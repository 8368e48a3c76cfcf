import { registry } from "@web/core/registry";
import * as Chrome from "@point_of_sale/../tests/pos/tours/utils/chrome_util";
import * as Dialog from "@point_of_sale/../tests/generic_helpers/dialog_util";
import * as PaymentScreen from "@point_of_sale/../tests/pos/tours/utils/payment_screen_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as ReceiptScreen from "@point_of_sale/../tests/pos/tours/utils/receipt_screen_util";
import * as TicketScreen from "@point_of_sale/../tests/pos/tours/utils/ticket_screen_util";

const GLASSES = "Очки солнцезащитные Ray-Ban";

const openRegister = () => [Chrome.startPoS(), Dialog.confirm("Open Register")];

const order = (...products) => [
    products.map((product) => ProductScreen.clickDisplayedProduct(product)),
    ProductScreen.clickPayButton(),
];

const receiptSays = (selector, text) => ({
    content: `the receipt says ${text}`,
    trigger: `.receipt-screen .fiscal-receipt ${selector}:contains("${text}")`,
});

const refused = (code) => ({
    content: "the till's refusal is shown with its code",
    trigger: `.fiscal-refusal .fiscal-refusal-code:contains("${code}")`,
});

const answer = (choice) => ({ trigger: `.fiscal-refusal .fiscal-${choice}`, run: "click" });

registry.category("web_tour.tours").add("FiscalSaleTour", {
    steps: () =>
        [
            openRegister(),
            { trigger: ".fiscal-badge-green" },

            // By card
            order(GLASSES, "Оправа корригирующая Vogue"),
            PaymentScreen.clickPaymentMethod("Card"),
            PaymentScreen.clickValidate(),
            receiptSays(".fiscal-fd", "3"),
            receiptSays(".fiscal-total", "11 500,00"),
            receiptSays(".fiscal-operation", "Приход"),
            receiptSays(".fiscal-tax", "НДС 22%"),
            receiptSays(".fiscal-payment", "Безналичными"),
            { trigger: ".receipt-screen .fiscal-qr img[src^='data:image/svg+xml']" },
            ReceiptScreen.clickNextOrder(),

            // By cash, with change
            order(GLASSES),
            PaymentScreen.clickPaymentMethod("Cash"),
            PaymentScreen.enterPaymentLineAmount("Cash", "6000", true, { change: "1,000.00" }),
            PaymentScreen.clickValidate(),
            receiptSays(".fiscal-fd", "4"),
            receiptSays(".fiscal-payment", "5 000,00"),
            receiptSays(".fiscal-received", "6 000,00"),
            receiptSays(".fiscal-change", "1 000,00"),
            { trigger: ".receipt-screen .fiscal-cash-handed:contains('1,000.00')" },
            ReceiptScreen.clickNextOrder(),

            // The second sale is taken back
            ProductScreen.clickRefund(),
            TicketScreen.selectOrderByPrice("5,000.00"),
            ProductScreen.clickNumpad("1"),
            TicketScreen.toRefundTextContains("To Refund: 1"),
            TicketScreen.confirmRefund(),
            PaymentScreen.clickPaymentMethod("Cash"),
            PaymentScreen.clickValidate(),
            receiptSays(".fiscal-fd", "5"),
            receiptSays(".fiscal-operation", "Возврат прихода"),
            receiptSays(".fiscal-total", "5 000,00"),
            ReceiptScreen.clickNextOrder(),

            // Z comes before Odoo closes
            Chrome.clickMenuOption("Close Register"),
            { ...Dialog.confirm("Close Register"), expectUnloadPage: true },
            { trigger: ".screen-login" },
        ].flat(Infinity),
});

registry.category("web_tour.tours").add("FiscalRefusalTour", {
    steps: () =>
        [
            Chrome.startPoS(),
            order(GLASSES),
            PaymentScreen.clickPaymentMethod("Card"),
            PaymentScreen.clickValidate(),
            refused("6B"),
            answer("retry"),
            refused("6B"),

            // Later: the order stays with the till and nobody can delete or edit it
            answer("later"),
            TicketScreen.checkStatus("5,000.00", "Refused by the till"),
            {
                trigger: ".ticket-screen .order-row:contains('5,000.00'):not(:has(.fa-trash))",
            },
            TicketScreen.selectOrderByPrice("5,000.00"),
            TicketScreen.loadSelectedOrder(),
            refused("6B"),

            // Given up: the order can be edited
            answer("give-up"),
            PaymentScreen.clickBack(),
            ProductScreen.clickDisplayedProduct("Оправа корригирующая Vogue"),
            ProductScreen.clickPayButton(),
            PaymentScreen.isShown(),
        ].flat(Infinity),
});

registry.category("web_tour.tours").add("FiscalResumeTour", {
    steps: () =>
        [
            // The page of an order whose receipt is queued: it goes on by itself
            receiptSays(".fiscal-total", "5 000,00"),
            ReceiptScreen.clickNextOrder(),
            Chrome.clickOrders(),
            TicketScreen.selectFilter("Paid"),
            TicketScreen.selectOrderByPrice("5,000.00"),
        ].flat(Infinity),
});

registry.category("web_tour.tours").add("FiscalLastPieceTour", {
    steps: () =>
        [
            Chrome.startPoS(),
            ProductScreen.clickRefund(),
            TicketScreen.selectOrderByPrice("89.99"),
            ProductScreen.clickNumpad("1"),
            TicketScreen.toRefundTextContains("To Refund: 1"),
            TicketScreen.confirmRefund(),
            PaymentScreen.clickPaymentMethod("Card"),
            PaymentScreen.clickValidate(),
            receiptSays(".fiscal-operation", "Возврат прихода"),
            receiptSays(".fiscal-total", "29,99"),
            ReceiptScreen.clickNextOrder(),
        ].flat(Infinity),
});
