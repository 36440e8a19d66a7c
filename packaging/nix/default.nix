# Builds netrunner from this checkout: nix-build packaging/nix
{ pkgs ? import <nixpkgs> { } }:

pkgs.stdenv.mkDerivation rec {
  pname = "netrunner";
  version = "0.1.0";
  src = pkgs.lib.cleanSource ../..;

  nativeBuildInputs = [ pkgs.cmake pkgs.ninja ];
  buildInputs = [ pkgs.cli11 pkgs.fmt pkgs.nlohmann_json ];
  # nixpkgs has no static C library in its default environment.
  cmakeFlags = [ "-DNETRUNNER_STATIC=OFF" "-DNETRUNNER_VERSION=${version}" ];

  meta = with pkgs.lib; {
    description = "Run one command and leave no process behind";
    license = licenses.mit;
    platforms = platforms.linux;
    mainProgram = "netrunner";
  };
}
