import { BlockList, isIP } from 'node:net'

/** IANA's special-purpose registries of IPv4, and what is no host: https://www.iana.org/assignments/iana-ipv4-special-registry */
const special4 = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
  ...['192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24'],
  ...['224.0.0.0/4', '240.0.0.0/4'],
  // Answers on Azure as a machine's own keeper, though the address is public.
  '168.63.129.16/32',
]
/** Within IPv6's one public block: tunnels, in which an IPv4 address hides, and addresses for documents. */
const special6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']

const refused4 = blocks(special4, 'ipv4')
const public6 = blocks(['2000::/3'], 'ipv6')
const refused6 = blocks(special6, 'ipv6')
const loopback4 = blocks(['127.0.0.0/8'], 'ipv4')

function blocks(ranges: readonly string[], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList()
  for (const range of ranges) {
    const [address = '', bits] = range.split('/')
    list.addSubnet(address, Number(bits), family)
  }
  return list
}

/**
 * Whether an address belongs to the internet at large: not to this machine, its network, its cloud's keeper, to many at once or
 * to nobody. IPv4 dressed up as IPv6 (mapped, NAT64, 6to4, Teredo) is refused whatever it hides.
 */
export function isPublic(address: string): boolean {
  if (isIP(address) === 4) return !refused4.check(address, 'ipv4')
  return isIP(address) === 6 && isPlain6(address) && public6.check(address, 'ipv6') && !refused6.check(address, 'ipv6')
}

/** Node reads a mapped address as the IPv4 inside it; a zone names one of our own networks. */
const isPlain6 = (address: string): boolean => !address.includes('.') && !address.includes('%')

export const isLoopback = (address: string): boolean =>
  isIP(address) === 4 ? loopback4.check(address, 'ipv4') : address === '::1'
