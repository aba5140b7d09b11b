"""The desk: a Streamlit app that renders what the store of an audit holds."""
