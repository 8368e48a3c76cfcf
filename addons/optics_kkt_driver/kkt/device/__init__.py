"""What any till can be asked, whatever wire it hangs on: contract, errors, refusals, matching."""
