UPDATE statistics SET histogram = zeroblob(3), sum = 9223372036854775807, max = 9e999;
UPDATE exemplars SET list = randomblob(1001);
UPDATE map SET activations = zeroblob(1), mass = -9e999;
UPDATE sample SET latents = randomblob(7);
