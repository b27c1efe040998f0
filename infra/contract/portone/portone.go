// Package portone proves that PortOne's simulator and our client speak the protocol of PortOne V2: the official client
// @portone/server-sdk runs against the simulator for every call we use, what it reads is held against what our client
// reads, and recorded answers of the simulator (recorded.ts) are compiled against the official client's types.
//
// It holds nothing but tests. They need Node and the packages of package-lock.json (npm ci).
package portone
