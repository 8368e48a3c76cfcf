import { localization } from "@web/core/l10n/localization";

/** Numbers of optics as opticians write them; the server keeps them as whole units. */

const UNITS = {
    // What is kept: how many of them are one, and the decimals that are shown.
    power: { scale: 8, decimals: 2, isSigned: true },
    strength: { scale: 8, decimals: 2, isSigned: false }, // of a cylinder, whatever its form
    dioptre: { scale: 100, decimals: 2, isSigned: true }, // as devices measure it
    prism: { scale: 100, decimals: 2, isSigned: true },
    distance: { scale: 10, decimals: 1, isSigned: false },
    vertex: { scale: 100, decimals: 2, isSigned: false },
    radius: { scale: 100, decimals: 2, isSigned: false },
    curvature: { scale: 100, decimals: 2, isSigned: false }, // power of the cornea: always plus
    iop: { scale: 10, decimals: 1, isSigned: false },
    index: { scale: 1000, decimals: 3, isSigned: false },
    axis: { scale: 1, decimals: 0, isSigned: false },
};
const PLANO = new Set(["пл", "pl", "plano", "плано"]);
const NUMBER = /^([+-]?)(\d+)(?:[.,](\d*))?$/;
const HUNDREDTHS = /^[+-]?\d{3,4}$/;

/**
 * @param {number|false} kept whole units
 * @param {keyof UNITS} unit
 * @param {{ hideZero?: boolean }} [options]
 * @returns {string} such as "−1,25"; a power is cut to .12 and .37, as the trade writes it
 */
export function shown(kept, unit, { hideZero = false } = {}) {
    if (kept === false || (hideZero && !kept)) {
        return "";
    }
    const { scale, decimals, isSigned } = UNITS[unit];
    const cut = 10 ** decimals;
    const size = Math.floor((Math.abs(kept) * cut) / scale) / cut;
    const sign = kept < 0 ? "−" : isSigned && kept > 0 ? "+" : "";
    return sign + size.toFixed(decimals).replace(".", localization.decimalPoint);
}

/**
 * @param {string} text as typed: "-1,25", "-125", "+2", "пл", ""
 * @param {keyof UNITS} unit
 * @returns {number} whole units
 * @throws {Error} it is no number, or none of whole units
 */
export function parsed(text, unit) {
    const typed = text.trim().replace("−", "-").toLowerCase();
    if (!typed || PLANO.has(typed)) {
        return 0;
    }
    const found = NUMBER.exec(typed);
    if (!found) {
        throw new Error(`no number: ${text}`);
    }
    let value = Number(`${found[2]}.${found[3] || 0}`);
    const isEighths = UNITS[unit].scale === 8;
    if ((isEighths || unit === "dioptre") && HUNDREDTHS.test(typed)) {
        value /= 100;
    }
    if (isEighths) {
        // .12, .37, .62 and .87 are how .125, .375, .625 and .875 are written.
        value = Math.round(value * 100) % 25 === 12 && !typed.match(/[.,]\d{3}/) ? value + 0.005 : value;
    }
    const units = value * UNITS[unit].scale;
    if (Math.abs(units - Math.round(units)) > 1e-6) {
        throw new Error(`between two steps: ${text}`);
    }
    return (found[1] === "-" ? -1 : 1) * Math.round(units);
}
