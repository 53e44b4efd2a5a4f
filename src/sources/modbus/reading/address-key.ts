/** How an address of a function code is remembered. */
export const addressKey = (functionCode: number, address: number): number => functionCode * 65_536 + address;
