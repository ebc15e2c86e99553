/** Colours of the quiet base map. */

export const INK = '#22222b';
export const ACCENT = '#1f6f8b';

export const BASE = {
  land: '#f5f2ec',
  landEdge: '#c6beaf',
  water: '#b7d3e2',
  waterLabel: '#5b8aa3',
  road: '#ffffff',
  roadEdge: '#c4bba9',
  boundary: '#8d8798',
  label: '#4a4a52',
  labelSoft: '#74747e',
  halo: '#ffffff',
  sign: '#5a5a64',
  paper: '#ffffff',
};

/** Ferries: a broken line of the sea, which no street is. */
export const FERRY = { color: '#3f7390', width: 1.6, dash: [6, 4] };

export const FONT = "'Noto Sans Thai', sans-serif";
