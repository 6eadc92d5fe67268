import { meRoutes } from './api/me.ts'
import type { Route } from './route.ts'

/** Every call of the API. What is not in here does not exist: neither for the server, nor the docs, nor the tests. */
export const routes: readonly Route[] = [...meRoutes]
