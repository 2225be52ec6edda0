// Calling on everybody in a group 「@全体」.
import { get } from "./client";

export interface EverybodyRoom {
  limit: number;
  groups: {
    channel: string;
    title: string;
    platform: string;
    called: number;
    left: number;
    emergencies: number;
    withheld: number;
  }[];
}

export const everybodyApi = {
  of: (collaboration: string) => get<EverybodyRoom>(`/collaborations/${collaboration}/everybody`),
};
