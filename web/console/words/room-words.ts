import { type Language, useSpeech } from './words.tsx'

/** Words of one room, which come with it instead of with the first page. */
export const useRoomWords = <Words>(of: Record<Language, Words>): Words => of[useSpeech().language]
