/** Colours of the quiet base map. */

export const INK = '#22222b';
export const ACCENT = '#1f6f8b';

export const BASE = {
  land: '#f5f2ec',
  landEdge: '#cfc8ba',
  water: '#b7d3e2',
  waterLabel: '#5b8aa3',
  road: '#ffffff',
  roadEdge: '#d8d2c6',
  boundary: '#8d8798',
  label: '#4a4a52',
  labelSoft: '#74747e',
  halo: '#ffffff',
  sign: '#5a5a64',
  paper: '#ffffff',
};

export const FONT = "'Noto Sans Thai', sans-serif";
