//! wasm-bindgen's test runner, in the version that `Cargo.lock` pins.

fn main() -> std::process::ExitCode {
    env_logger::init();
    let run = wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(std::env::args_os());
    if let Err(error) = run {
        eprintln!("error: {error:?}");
        return std::process::ExitCode::FAILURE;
    }
    std::process::ExitCode::SUCCESS
}
