/** The sandbox's own corp and app. Not secrets: they open nothing but a sandbox on this machine. */
export const sandboxCredentials = {
  corpId: 'wwb0c4d7e5a1f39268',
  agentId: 1000002,
  secret: 'sandboxSecret_9vPq2LmXw7TzKc4RbYn8HdGf3Js6Ae1U',
  token: 'hJqcu3uJ9Tn2gXPmxx2w9kkCkCE2EPYo',
  // Carries unused bits in its last character, as most real keys do: a strict base64 decoder fails here and not in production.
  aesKey: 'k7Yw2QmB9dXe4RtZ6uVs1HjLp3NcFa8GoKi5TzWxE0J',
} as const
