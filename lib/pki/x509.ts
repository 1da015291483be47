/** The one door to @peculiar/x509 for what lib/pki makes. It needs reflect-metadata before it. */
import 'reflect-metadata';

export * from '@peculiar/x509';
