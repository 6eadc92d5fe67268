/**
 * Words without numbers and addresses somebody can be reached by: what is kept for people to read on a timeline or in a list
 * keeps to the same rule as identities.
 */
export const maskContacts = (text: string): string =>
  text
    .replace(/(?<![\d])(?:\+?86[\s-]?)?(1[3-9]\d)[\s-]?\d{4}[\s-]?(\d{4})(?!\d)/g, '$1****$2')
    .replace(/(?<!\d)(\d{3,4})-(\d{4})\d{3,4}(?!\d)/g, '$1-****')
    .replace(/([A-Za-z0-9])[A-Za-z0-9._%+-]*@([A-Za-z0-9.-]+\.[A-Za-z]{2,})/g, '$1***@$2')
