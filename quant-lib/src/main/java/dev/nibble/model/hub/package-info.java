/**
 * Models of the Hugging Face hub: what is asked for is fetched into the hub's own cache folder, verified, and shared
 * with every other program that uses that folder. Uses core and checkpoint. Start reading at {@link
 * dev.nibble.model.hub.Hub}.
 */
package dev.nibble.model.hub;
