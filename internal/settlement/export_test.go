package settlement

// SupplyOf is for the test that tries every total.
var SupplyOf = supplyOf
