/**
 * Models by name or by file: a catalogue of known ones, fetched once into a cache and checked, and the weights of an open
 * one. Uses core, tensor, compute, format and checkpoint. Start reading at {@link dev.nibble.model.Models}.
 */
package dev.nibble.model;
